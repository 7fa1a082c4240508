/** Tells people and systems, with one package per channel. */
@NullMarked
package tocsin.notifiers;

import org.jspecify.annotations.NullMarked;
