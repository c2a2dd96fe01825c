import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.util.StringJoiner;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** HTTPS servers of the JVM on ports of its own choice, printed as one line of JSON. Argument: a PKCS12 file with chain and key. */
public final class Serve {
    private static final byte[] ANSWER =
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII);

    private static SSLServerSocket open(SSLContext context, String... versions) throws IOException {
        SSLServerSocket made =
            (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        if (versions.length > 0) {
            made.setEnabledProtocols(versions);
        }
        return made;
    }

    private static void answer(SSLSocket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            int last = 0;
            for (int one = in.read(); one >= 0 && last < 4; one = in.read()) {
                last = one == "\r\n\r\n".charAt(last) ? last + 1 : one == '\r' ? 1 : 0;
                if (last == 4) {
                    socket.getOutputStream().write(ANSWER);
                    return;
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void serve(SSLServerSocket server) {
        Thread thread = new Thread(() -> {
            while (true) {
                try {
                    SSLSocket one = (SSLSocket) server.accept();
                    new Thread(() -> answer(one)).start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        thread.start();
    }

    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(arguments[0])) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);

        StringJoiner line = new StringJoiner(", ", "{", "}");
        for (String name : new String[] {"open", "request", "demand12", "demand13"}) {
            SSLServerSocket server = name.startsWith("demand") ? open(context, "TLSv1." + name.substring(7)) : open(context);
            server.setNeedClientAuth(name.startsWith("demand"));
            if (name.equals("request")) {
                server.setWantClientAuth(true);
            }
            line.add("\"" + name + "\": " + server.getLocalPort());
            serve(server);
        }
        System.out.println(line);
        System.out.flush();
    }
}
