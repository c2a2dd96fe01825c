import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.StringJoiner;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Servers of the JVM that demand client certificates of the authority in client-ca.pem, which lies beside the file of the argument.
 * Their ports are printed as one line of JSON. Argument: a PKCS12 file with chain and key.
 */
public final class ServeClients {
    private static final byte[] ANSWER =
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII);

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

    private static int plain(SSLContext context, String version) throws IOException {
        SSLServerSocket made =
            (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        made.setEnabledProtocols(new String[] {version});
        made.setNeedClientAuth(true);
        new Thread(() -> {
            while (true) {
                try {
                    SSLSocket one = (SSLSocket) made.accept();
                    new Thread(() -> answer(one)).start();
                } catch (IOException e) {
                    return;
                }
            }
        }).start();
        return made.getLocalPort();
    }

    private static int https(SSLContext context, String version) throws IOException {
        HttpsServer made = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        made.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters wanted) {
                SSLParameters parameters = context.getDefaultSSLParameters();
                parameters.setProtocols(new String[] {version});
                parameters.setNeedClientAuth(true);
                wanted.setSSLParameters(parameters);
            }
        });
        made.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        made.start();
        return made.getAddress().getPort();
    }

    public static void main(String[] arguments) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(arguments[0])) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        KeyStore accepted = KeyStore.getInstance("PKCS12");
        accepted.load(null, null);
        Path beside = Path.of(arguments[0]).resolveSibling("client-ca.pem");
        try (InputStream in = new FileInputStream(beside.toFile())) {
            accepted.setCertificateEntry("client", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(accepted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);

        StringJoiner line = new StringJoiner(", ", "{", "}");
        for (String number : new String[] {"2", "3"}) {
            line.add("\"socket1" + number + "\": " + plain(context, "TLSv1." + number));
            line.add("\"https1" + number + "\": " + https(context, "TLSv1." + number));
        }
        System.out.println(line);
        System.out.flush();
    }
}
