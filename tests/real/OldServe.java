import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import java.util.StringJoiner;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Servers of the JVM that know only what is obsolete, as one line of JSON. Argument: a PKCS12 file with chain and key. */
public final class OldServe {
    private static void serve(SSLServerSocket server) {
        Thread thread = new Thread(() -> {
            while (true) {
                try {
                    SSLSocket one = (SSLSocket) server.accept();
                    new Thread(() -> {
                        try (one) {
                            one.startHandshake();
                        } catch (IOException e) {
                            System.err.println(e);
                        }
                    }).start();
                } catch (IOException e) {
                    return;
                }
            }
        });
        thread.start();
    }

    public static void main(String[] arguments) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.tls.legacyAlgorithms", "");
        System.setProperty("jdk.tls.ephemeralDHKeySize", "legacy");
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(arguments[0])) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        String[][] kinds = {
            {"ssl3", "SSLv3", "TLS_RSA_WITH_AES_128_CBC_SHA"},
            {"ssl3-rc4", "SSLv3", "SSL_RSA_WITH_RC4_128_MD5"},
            {"des", "TLSv1", "SSL_RSA_WITH_DES_CBC_SHA"},
            {"export-dh", "TLSv1", "SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"},
        };
        StringJoiner line = new StringJoiner(", ", "{", "}");
        for (String[] kind : kinds) {
            SSLServerSocket server =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
            server.setEnabledProtocols(new String[] {kind[1]});
            server.setEnabledCipherSuites(new String[] {kind[2]});
            line.add("\"" + kind[0] + "\": " + server.getLocalPort());
            serve(server);
        }
        System.out.println(line);
        System.out.flush();
    }
}
