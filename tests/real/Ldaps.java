import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;

/** Connects to directories as a connector written in Java does (JNDI over LDAPS), with the trust store that the system properties name: a line for each URL. */
public final class Ldaps {
    public static void main(String[] urls) {
        for (String url : urls) {
            Hashtable<String, String> environment = new Hashtable<>();
            environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
            environment.put(Context.PROVIDER_URL, url);
            environment.put("com.sun.jndi.ldap.connect.timeout", "5000");
            StringBuilder said = new StringBuilder();
            try {
                InitialDirContext context = new InitialDirContext(environment);
                said.append(context.getAttributes("", new String[] {"namingContexts"}).size() > 0 ? "ok" : "nothing");
                context.close();
            } catch (NamingException refused) {
                for (Throwable one = refused; one != null; one = one.getCause()) {
                    said.append(said.length() == 0 ? "" : " <- ").append(one);
                }
            }
            System.out.println(said.toString().replaceAll("\\s+", " "));
        }
    }
}
