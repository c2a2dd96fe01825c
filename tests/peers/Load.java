import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;

/** Loads the certificate files named on standard input, whole and the first certificate alone; one line of answers for each. */
public class Load {
    public static void main(String[] given) throws Exception {
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            System.out.println(read(name, true) + "\t" + read(name, false));
        }
    }

    private static String read(String name, boolean all) {
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(Path.of(name)))) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return all ? "" + factory.generateCertificates(stream).size() : factory.generateCertificate(stream).getType();
        } catch (Exception refused) {
            return refused.toString().replaceAll("[\\r\\n\\t]", " ");
        }
    }
}
