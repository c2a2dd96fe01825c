import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Says how many certificates its default trust manager counts and whether one of a file is among them, and waits for its standard input to end. */
public final class Waiting {
    public static void main(String[] arguments) throws Exception {
        byte[] wanted = Files.readAllBytes(Path.of(System.getenv("WANTED")));
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager one : factory.getTrustManagers()) {
                X509Certificate[] accepted = ((X509TrustManager) one).getAcceptedIssuers();
                boolean has = false;
                for (X509Certificate certificate : accepted) {
                    has |= Arrays.equals(certificate.getEncoded(), wanted);
                }
                System.out.println(accepted.length + " " + has);
            }
        } catch (Exception refused) {
            System.out.println("refused " + refused);
        }
        System.out.flush();
        while (System.in.read() >= 0) {
        }
    }
}
