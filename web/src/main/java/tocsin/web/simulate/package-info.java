/** A make-believe deployment of AI teammates that sends its telemetry the way a real one would, faults included. */
@org.jspecify.annotations.NullMarked
package tocsin.web.simulate;
