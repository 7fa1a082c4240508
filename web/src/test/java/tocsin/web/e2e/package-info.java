/** The packaged program, tried from outside as people use it. */
@org.jspecify.annotations.NullMarked
package tocsin.web.e2e;
