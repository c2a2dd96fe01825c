import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import sun.security.util.HostnameChecker;

/** Asks the JDK's own host name check for TLS: one line in is name, tab, certificate in base64; one line out is ok or no. */
public class HostNames {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        HostnameChecker checker = HostnameChecker.getInstance(HostnameChecker.TYPE_TLS);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t");
            byte[] der = Base64.getDecoder().decode(parts[1]);
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
            try {
                checker.match(parts[0], certificate);
                System.out.println("ok");
            } catch (CertificateException refused) {
                System.out.println("no");
            }
        }
    }
}
