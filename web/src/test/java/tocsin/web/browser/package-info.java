/** A real browser for tests. */
@org.jspecify.annotations.NullMarked
package tocsin.web.browser;
