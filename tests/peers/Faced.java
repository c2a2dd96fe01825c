import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;

/** Bytes that are sent as a certificate though this JVM does not read them; whatever else it asks is answered by another certificate, the face. */
final class Faced extends X509Certificate {
    private static final long serialVersionUID = 1L;
    private final byte[] der;
    private final X509Certificate face;

    Faced(byte[] der, X509Certificate face) {
        this.der = der;
        this.face = face;
    }

    @Override public byte[] getEncoded() { return der; }
    @Override public void checkValidity() { }
    @Override public void checkValidity(Date date) { }
    @Override public int getVersion() { return face.getVersion(); }
    @Override public BigInteger getSerialNumber() { return face.getSerialNumber(); }
    @Override public Principal getIssuerDN() { return face.getIssuerX500Principal(); }
    @Override public Principal getSubjectDN() { return face.getSubjectX500Principal(); }
    @Override public Date getNotBefore() { return face.getNotBefore(); }
    @Override public Date getNotAfter() { return face.getNotAfter(); }
    @Override public byte[] getTBSCertificate() { return der; }
    @Override public byte[] getSignature() { return face.getSignature(); }
    @Override public String getSigAlgName() { return face.getSigAlgName(); }
    @Override public String getSigAlgOID() { return face.getSigAlgOID(); }
    @Override public byte[] getSigAlgParams() { return face.getSigAlgParams(); }
    @Override public boolean[] getIssuerUniqueID() { return null; }
    @Override public boolean[] getSubjectUniqueID() { return null; }
    @Override public boolean[] getKeyUsage() { return null; }
    @Override public int getBasicConstraints() { return -1; }
    @Override public void verify(PublicKey key) { }
    @Override public void verify(PublicKey key, String provider) { }
    @Override public String toString() { return "bytes in the place of a certificate"; }
    @Override public PublicKey getPublicKey() { return face.getPublicKey(); }
    @Override public boolean hasUnsupportedCriticalExtension() { return false; }
    @Override public Set<String> getCriticalExtensionOIDs() { return Set.of(); }
    @Override public Set<String> getNonCriticalExtensionOIDs() { return Set.of(); }
    @Override public byte[] getExtensionValue(String oid) { return null; }
}
