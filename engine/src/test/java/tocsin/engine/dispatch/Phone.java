package tocsin.engine.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tocsin.notify.Channel;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Notifier;

/** A notifier that remembers what reached it, and answers as a test wishes. */
final class Phone implements Notifier {
    private final List<Message> received = new ArrayList<>();
    private final List<String> earlier = new ArrayList<>();
    private volatile Function<Message, Delivery> answer = message -> new Delivery.Delivered("id of " + message.key());

    void answer(Function<Message, Delivery> next) {
        answer = next;
    }

    synchronized List<Message> received() {
        return List.copyOf(received);
    }

    List<String> titles() {
        return received().stream().map(Message::title).toList();
    }

    synchronized List<String> earlier() {
        return List.copyOf(earlier);
    }

    @Override
    public String type() {
        return "phone";
    }

    @Override
    public List<Setting> settings() {
        return List.of();
    }

    @Override
    public List<String> problems(Map<String, String> settings) {
        return List.of();
    }

    @Override
    public Delivery send(Channel channel, Message message, @Nullable String earlierId) {
        synchronized (this) {
            received.add(message);
            earlier.add(String.valueOf(earlierId));
        }
        return answer.apply(message);
    }
}
