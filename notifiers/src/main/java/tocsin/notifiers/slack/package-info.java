/** Tells a Slack channel: by an incoming webhook, or by a bot that keeps its message up to date. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.slack;
