package tocsin.web;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The server: everything below this package is scanned, everything below that is wired in {@code tocsin.web.wiring}. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
class Server {}
