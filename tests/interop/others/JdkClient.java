// SPDX-License-Identifier: MIT
// The WebSocket client of the JDK: checks echoes. java JdkClient.java URL

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

public class JdkClient {
    static final LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();
    static final CompletableFuture<Integer> closed = new CompletableFuture<>();

    static class Listener implements WebSocket.Listener {
        private final StringBuilder whole = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket peer, CharSequence data, boolean last) {
            whole.append(data);
            if (last) {
                received.add(whole.toString());
                whole.setLength(0);
            }
            peer.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket peer, int code, String reason) {
            closed.complete(code);
            return null;
        }
    }

    public static void main(String[] arguments) throws Exception {
        WebSocket peer = HttpClient.newHttpClient().newWebSocketBuilder()
            .buildAsync(URI.create(arguments[0]), new Listener()).join();
        for (String message : new String[] {"hello", "grüße", "x".repeat(70000)}) {
            peer.sendText(message, true).join();
            if (!message.equals(received.poll(20, TimeUnit.SECONDS))) System.exit(1);
        }
        peer.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        System.exit(closed.get(20, TimeUnit.SECONDS) == 1000 ? 0 : 1);
    }
}
