using NativeSparse.Onnx;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>The name of plain ONNX Runtime on a dense file, which runs the file as it is: not every file is float32.</summary>
internal static class BaselineName
{
    /// <summary><c>onnxruntime float32</c>, <c>float16</c>, <c>int8</c> or <c>int4</c>; several are joined by a plus sign.</summary>
    /// <param name="path">The file.</param>
    /// <param name="withLinears">Whether other linears run on our kernels too.</param>
    /// <exception cref="InputException">Nothing of the file would run on our kernels.</exception>
    public static string Of(string path, bool withLinears)
    {
        var model = OnnxModel.Load(path);
        string[] networks = [.. model.FindFeedForwards().Sites.Select(Arithmetic)];
        string[] linears = networks.Length > 0 ? [] : [.. model.FindLinears().Where(linear => linear.Obstacle is null).Select(Arithmetic)];
        if (networks.Length == 0 && (!withLinears || linears.Length == 0))
        {
            throw new InputException(
                $"'{path}' has no feed-forward network that nativesparse finds, so nothing of it would run on our kernels; "
                + (linears.Length > 0 ? $"--linears moves its {linears.Length} other linears there; " : "")
                + $"'nativesparse inspect {path}' lists what was looked at and why it was not taken",
                path);
        }

        return $"onnxruntime {string.Join('+', networks.Concat(linears).Distinct().Order(StringComparer.Ordinal))}";
    }

    /// <summary>Integers keep their width whatever their sign; weights that are cast before they are used count as what they become.</summary>
    private static string Arithmetic(LinearSite site) => !site.Quantized ? site.ValueType : site.WeightType.TrimStart('u');

    /// <summary>The same of a network.</summary>
    private static string Arithmetic(FeedForwardSite site) => !site.Quantized ? site.ValueType : site.WeightType.TrimStart('u');
}
