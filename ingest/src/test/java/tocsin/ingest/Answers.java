package tocsin.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What a sender is told. */
public final class Answers {
    private Answers() {}

    /** The refusal that this answer holds; fails when it holds anything else. */
    public static RejectedException rejected(CompletableFuture<Accepted> answer) {
        assertThat(answer).isCompletedExceptionally();
        Throwable failure = catchThrowable(answer::join);
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(RejectedException.class);
        return (RejectedException) cause;
    }
}
