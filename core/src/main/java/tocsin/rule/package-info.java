/** What a rule may say, what it demands of live series, and what it finds. */
@org.jspecify.annotations.NullMarked
package tocsin.rule;
