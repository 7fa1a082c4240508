/** From findings to alerts: pending, firing, acknowledged, resolved, on the clock of whoever drives it. */
@org.jspecify.annotations.NullMarked
package tocsin.engine.lifecycle;
