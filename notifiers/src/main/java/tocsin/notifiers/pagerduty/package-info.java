/** Opens, acknowledges and resolves a PagerDuty incident along with the alert. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.pagerduty;
