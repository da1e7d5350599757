"""Where the LaTeX of a claim has other letters than its plain text, or says something else.

Of the LaTeX of every other claim one side is what the plain text says.
"""

#: Letter of the LaTeX → letter of the plain text.
LETTERS = {
    "S0-2": {"n_kernels": "n_k"},
    "S1-3": {"h": "H", "w": "W"},
    "S4-2": {"H": "H_out", "W": "W_out"},
    "S4-3": {"D_prime": "D_h"},
    "CV-19": {"H": "H_out", "W": "W_out"},
    "EW-7": {"N_el": "n_el"},
    "EW-8": {"N_el": "n_el"},
    "MB-11": {"d_prime": "d_1", "d_prime_prime": "d_2"},
    "MB-12": {"d_prime": "d_1", "d_prime_prime": "d_2"},
    "SH-7": {"B": "c_1*c_2*h*w"},
    "DC-3": {"m": "f_in", "n": "f_out"},
    "GP-2": {"L": "l", "v": "V"},
    "GP-7": {"d_attn": "d_a", "d_ff": "d_f", "d_model": "d_m", "n_layer": "n_l"},
    "GP-8": {"d_attn": "d_a", "n_ctx": "n_c", "n_layer": "n_l"},
    "EA-5": {"g": "g_b"},
    "LO-1": {"L_hat_LoRA": "L_a", "d_model": "d"},
    "FA-1": {"H": "n_h"},
    "FA-6": {"H": "n_h"},
    "AM-5": {"l": "L"},
    "ZR-1": {"N_d": "N", "Psi": "P"},
}
#: What the LaTeX says instead, as it is printed.
OTHERWISE = {
    # the step of a recursion or a sum, where the plain text has two or three layers
    "S3-1": "RF[i] = (k[i] - 1)*s[i] + RF[i - 1]",
    "RF-1": "r_0 = Sum((k[l] - 1)*Product(s[i], (i, 1, l - 1)), (l, 1, n_l)) + 1",
    "RF-2": "r[i + 1] = (k - 1)*Product(s[j], (j, 1, i - 1)) + r[i]",
    "SE-1": "2*Sum(C[s]**2*N[s], (s, 1, n_s))/r",
    # a relation between names
    "S0-6": "FLOPs = 2*MACs",
    "SH-5": "F_Shuffle/F_ResNet > 1",
    # the product, where the plain text has the number that the source gives for it
    "CS-7": "77070336",
    "CV-10": "85983232",
    "MB-6": "27496448",
    "LL-5": "64690000000",
    # a number of MiB, where the plain text has bytes
    "CV-9": "164",
    "NT-5": "233",
    "NT-6": "58",
    # a number printed in percent
    "IN-3": "1/3 = 33/100",
    # letters whose values the plain text has put in
    "MG-4": "2*B*h*p*s**2 + 4*T*h*p*(g*h/n + h)",
    "SB-7": "2*H*K*L*S",
    "SB-8": "40*B*D*L*T",
    "ZR-4": "71*Psi/32",
    # for one of what the plain text has many of: parameters, tokens, steps of training
    "MG-1": "18",
    "GP-12": "12*H*L*Q*T + 6*N",
    "GP-14": "L*(8*d**2*s + 4*d*f*s + 4*d*s**2 + 3*h*s**2)",
}
