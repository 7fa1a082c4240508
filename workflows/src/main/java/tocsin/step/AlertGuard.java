package tocsin.step;

import tocsin.alert.AlertId;

/**
 * Keeps two transactions from moving the processes of one alert at the same time, such as an acknowledgement and a
 * timer. Held until the running transaction ends; holding it again changes nothing.
 */
@FunctionalInterface
public interface AlertGuard {
    void hold(AlertId alert);
}
