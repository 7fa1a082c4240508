# Builds Tocsin and keeps only what runs it.
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN ./mvnw -q -B -ntp -pl web -am -DskipTests package

FROM eclipse-temurin:25-jre
RUN useradd --system --create-home --home-dir /var/lib/tocsin tocsin
COPY --from=build /source/web/target/tocsin.jar /opt/tocsin/tocsin.jar
USER tocsin
WORKDIR /var/lib/tocsin
VOLUME /var/lib/tocsin/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["/bin/sh", "-c", "curl -fsS http://localhost:8080/actuator/health/readiness || exit 1"]
ENTRYPOINT ["java", "-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError", \
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", \
    "-jar", "/opt/tocsin/tocsin.jar", "serve"]
