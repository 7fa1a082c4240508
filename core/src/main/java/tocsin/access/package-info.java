/** Who may do what: accounts, roles, API tokens and the audit trail. */
@org.jspecify.annotations.NullMarked
package tocsin.access;
