namespace NativeSparse.Onnx;

/// <summary>The activation that a fused Gemm or Conv carries as an attribute.</summary>
internal static class FusedActivation
{
    /// <summary>Reads it: null when there is none; false when it is not known.</summary>
    internal static bool TryRead(GraphNode node, out Func<double, double>? activation)
    {
        var parameters = node.Reals("activation_params");
        var alpha = parameters is { Count: > 0 } ? parameters[0] : node.Real("activation_alpha", double.NaN);
        var beta = parameters is { Count: > 1 } ? parameters[1] : node.Real("activation_beta", double.NaN);
        activation = node.Text("activation", "") switch
        {
            "Relu" => v => Math.Max(v, 0),
            "Tanh" => Math.Tanh,
            "Sigmoid" => v => 1 / (1 + Math.Exp(-v)),
            "LeakyRelu" => v => v >= 0 ? v : Or(alpha, 0.01) * v,
            "Elu" => v => v >= 0 ? v : Or(alpha, 1) * (Math.Exp(v) - 1),
            "Softplus" => v => Math.Log(1 + Math.Exp(v)),
            "HardSigmoid" => v => Math.Clamp((Or(alpha, 0.2) * v) + Or(beta, 0.5), 0, 1),
            "Clip" => v => Math.Min(Math.Max(v, Or(alpha, double.MinValue)), Or(beta, double.MaxValue)),
            "HardSwish" => v => v * Math.Clamp((v / 6) + 0.5, 0, 1),
            _ => null,
        };
        return activation is not null || node.Text("activation", "").Length == 0;
    }

    private static double Or(double value, double absent) => double.IsNaN(value) ? absent : value;
}
