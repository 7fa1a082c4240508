package tocsin.web.security;

import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import tocsin.access.AccessStore;
import tocsin.web.access.Tokens;

/**
 * People sign in with a form and carry a session; machines carry a token. A request that carries a token needs no CSRF
 * token, since no browser adds the header by itself.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
class SecurityConfiguration {
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; font-src 'self' data:;"
                    + " style-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self';"
                    + " frame-ancestors 'none'";

    @Bean
    SecurityFilterChain security(HttpSecurity http, TokenFilter tokens, SignInThrottle throttle) throws Exception {
        http.addFilterBefore(tokens, UsernamePasswordAuthenticationFilter.class);
        http.addFilterBefore(throttle, UsernamePasswordAuthenticationFilter.class);
        http.authorizeHttpRequests(SecurityConfiguration::permissions);
        http.csrf(csrf -> csrf.ignoringRequestMatchers(TokenFilter::carriesToken));
        http.formLogin(form -> form.loginPage("/login")
                .defaultSuccessUrl("/")
                .failureUrl("/login?error")
                .permitAll());
        http.logout(logout -> logout.logoutSuccessUrl("/login?signed-out"));
        http.exceptionHandling(failures -> failures.defaultAuthenticationEntryPointFor(
                        new ApiEntryPoint(), SecurityConfiguration::isApi)
                .defaultAuthenticationEntryPointFor(
                        new LoginUrlAuthenticationEntryPoint("/login"), request -> !isApi(request))
                .defaultAccessDeniedHandlerFor(new ApiAccessDenied(), SecurityConfiguration::isApi));
        http.headers(
                headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .referrerPolicy(policy -> {}));
        return http.build();
    }

    private static void permissions(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry requests) {
        requests.requestMatchers("/assets/**", "/favicon.ico", "/login", "/error")
                .permitAll();
        requests.requestMatchers("/actuator/health/**", "/actuator/prometheus").permitAll();
        requests.requestMatchers("/actuator/**").hasRole("ADMIN");
        requests.requestMatchers(HttpMethod.POST, "/api/v1/write", "/api/v1/metrics")
                .hasRole("INGEST");
        requests.requestMatchers(HttpMethod.POST, "/api/v1/rules/check").hasRole("VIEWER");
        requests.requestMatchers(HttpMethod.GET, "/api/**").hasRole("VIEWER");
        requests.requestMatchers("/api/v1/rules/**").hasRole("AUTHOR");
        requests.requestMatchers("/api/v1/alerts/**").hasRole("RESPONDER");
        requests.requestMatchers("/api/**").hasRole("ADMIN");
        requests.anyRequest().hasRole("VIEWER");
    }

    static boolean isApi(HttpServletRequest request) {
        return PathPatternRequestMatcher.pathPattern("/api/**").matches(request);
    }

    /** Each role may do what those before it may; only an administrator's token may also send signals in. */
    @Bean
    static RoleHierarchy roleHierarchy() {
        return RoleHierarchyImpl.fromHierarchy("""
                ROLE_ADMIN > ROLE_AUTHOR
                ROLE_AUTHOR > ROLE_RESPONDER
                ROLE_RESPONDER > ROLE_VIEWER
                ROLE_ADMIN > ROLE_INGEST
                """);
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return PasswordEncoderFactories.createDelegatingPasswordEncoder();
    }

    @Bean
    UserDetailsService accounts(AccessStore access) {
        return name -> access.account(name)
                .map(account -> User.withUsername(account.name())
                        .password(account.passwordHash())
                        .roles(account.role().name())
                        .disabled(!account.enabled())
                        .build())
                .orElseThrow(() -> UsernameNotFoundException.fromUsername(name));
    }

    @Bean
    TokenFilter tokenFilter(Tokens tokens) {
        return new TokenFilter(tokens);
    }

    /** The filters are part of the security chain only, not of every request besides. */
    @Bean
    FilterRegistrationBean<TokenFilter> tokenFilterOnlyInChain(TokenFilter filter) {
        var registration = new FilterRegistrationBean<>(filter);
        registration.setEnabled(false);
        return registration;
    }

    @Bean
    SignInThrottle signInThrottle(InstantSource clock) {
        return new SignInThrottle(clock);
    }

    @Bean
    FilterRegistrationBean<SignInThrottle> throttleOnlyInChain(SignInThrottle filter) {
        var registration = new FilterRegistrationBean<>(filter);
        registration.setEnabled(false);
        return registration;
    }
}
