/** How a series is named: labels, what selects them, and the fingerprint that every node computes alike. */
@org.jspecify.annotations.NullMarked
package tocsin.label;
