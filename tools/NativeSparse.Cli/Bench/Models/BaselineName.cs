using NativeSparse.Onnx;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>The name of plain ONNX Runtime on a dense file, which runs the file as it is: not every file is float32.</summary>
internal static class BaselineName
{
    /// <summary><c>onnxruntime float32</c>, <c>float16</c>, <c>int8</c> or <c>int4</c>; several are joined by a plus sign.</summary>
    /// <exception cref="InputException">The file has no feed-forward network.</exception>
    public static string Of(string path)
    {
        var sites = OnnxModel.Load(path).FindFeedForwards().Sites;
        return sites.Count > 0
            ? $"onnxruntime {string.Join('+', sites.Select(Arithmetic).Distinct().Order(StringComparer.Ordinal))}"
            : throw new InputException(
                $"'{path}' has no feed-forward network that nativesparse finds, so nothing of it would run on our kernels; "
                + $"'nativesparse inspect {path}' lists what was looked at and why it was not taken",
                path);
    }

    /// <summary>Integers keep their width whatever their sign; weights that are cast before they are used count as what they become.</summary>
    private static string Arithmetic(FeedForwardSite site) => !site.Quantized ? site.ValueType : site.WeightType.TrimStart('u');
}
