/** Carries stored steps of alerts to the workflow, at once when they are stored and later when something was in the way. */
@org.jspecify.annotations.NullMarked
package tocsin.engine.handover;
