/** Reads the processor, memory, disks and network of the machine that Tocsin runs on. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest.host;
