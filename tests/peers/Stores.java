import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.TreeSet;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What the default trust manager makes of a store: each line of standard input is a file, a tab, and a password ("-": none is set), as javax.net.ssl.trustStore
 * and trustStorePassword give them. Answers with the SHA-256 of every anchor, or the exceptions.
 */
public class Stores {
    public static void main(String[] given) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", 2);
            System.setProperty("javax.net.ssl.trustStore", parts[0]);
            if (parts[1].equals("-")) {
                System.clearProperty("javax.net.ssl.trustStorePassword");
            } else {
                System.setProperty("javax.net.ssl.trustStorePassword", parts[1]);
            }
            System.out.println(anchors());
        }
    }

    private static String anchors() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            TreeSet<String> found = new TreeSet<>();
            for (X509Certificate one : ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers()) {
                found.add(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(one.getEncoded())));
            }
            return "ok\t" + String.join(",", found);
        } catch (Throwable refused) {
            StringBuilder said = new StringBuilder();
            for (Throwable one = refused; one != null; one = one.getCause()) {
                said.append(said.length() == 0 ? "" : " <- ").append(one);
            }
            return "refused\t" + said.toString().replaceAll("[\\r\\n\\t]", " ");
        }
    }
}
