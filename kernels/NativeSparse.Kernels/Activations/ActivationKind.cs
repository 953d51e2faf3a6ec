namespace NativeSparse.Kernels;

/// <summary>The scalar functions a kernel can fuse.</summary>
public enum ActivationKind
{
    /// <summary>x.</summary>
    Identity,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>max(x, 0)^2.</summary>
    Relu2,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,

    /// <summary>x Phi(x), Phi by erf.</summary>
    Gelu,

    /// <summary>0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</summary>
    GeluTanh,

    /// <summary>x sigmoid(1.702 x).</summary>
    QuickGelu,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>x min(max(x / 6 + 0.5, 0), 1).</summary>
    HardSwish,

    /// <summary>min(max(x / 6 + 0.5, 0), 1).</summary>
    HardSigmoid,

    /// <summary>x tanh(log(1 + e^x)).</summary>
    Mish,

    /// <summary>log(1 + e^x).</summary>
    Softplus,

    /// <summary>x where x > 0, else e^x - 1.</summary>
    Elu,

    /// <summary>The self-normalizing ELU with its published constants.</summary>
    Selu,

    /// <summary>x where x > 0, else slope x.</summary>
    LeakyRelu,

    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,
}
