import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects with the trust store that the system properties name. In: host, port, store and password ("-": none) with tabs between; out: "ok" or the exceptions. */
public final class StoreConnect {
    private static String connect(String host, int port) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            Socket plain = new Socket("127.0.0.1", port);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return "ok";
            }
        } catch (Exception refused) {
            StringBuilder said = new StringBuilder();
            for (Throwable one = refused; one != null; one = one.getCause()) {
                said.append(said.length() == 0 ? "" : " <- ").append(one);
            }
            return said.toString().replaceAll("\\s+", " ");
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = lines.readLine()) != null) {
            String[] field = line.split("\t");
            System.setProperty("javax.net.ssl.trustStore", field[2]);
            if (field[3].equals("-")) {
                System.clearProperty("javax.net.ssl.trustStorePassword");
            } else {
                System.setProperty("javax.net.ssl.trustStorePassword", field[3]);
            }
            System.out.println(connect(field[0], Integer.parseInt(field[1])));
            System.out.flush();
        }
    }
}
