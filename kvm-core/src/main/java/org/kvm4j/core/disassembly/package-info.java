/**
 * Machine code as text, by the Capstone that the host has installed, or not at all.
 *
 * <p>The code is the guest's and hostile: it is bounded before Capstone sees it, and the text that
 * comes back is bounded and made printable. docs/adr/0012 says why it is Capstone.
 */
package org.kvm4j.core.disassembly;
