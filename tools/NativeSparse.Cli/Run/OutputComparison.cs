using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inputs;
using NativeSparse.Cli.Running;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Run;

/// <summary>Compares outputs with those of a tensor file.</summary>
internal static class OutputComparison
{
    /// <summary>Compares every output that the file holds.</summary>
    /// <exception cref="InputException">The file holds none of the outputs, or one of another shape.</exception>
    public static CompareFacts Run(IReadOnlyList<ConstantTensor> outputs, string path, double absolute, double relative)
    {
        var expected = NamedTensors.Read(path);
        ConstantTensor[] compared = [.. outputs.Where(output => expected.ContainsKey(output.Name))];
        if (compared.Length == 0)
        {
            throw new InputException(
                $"'{path}' holds none of the outputs {string.Join(", ", outputs.Select(output => output.Name))}; it has {string.Join(", ", expected.Keys)}",
                path);
        }

        var facts = new CompareFacts(0, 0, true);
        foreach (var output in compared)
        {
            var wanted = expected[output.Name];
            if (!wanted.Shape.SequenceEqual(output.Shape))
            {
                throw new InputException(
                    $"output '{output.Name}' is [{string.Join(", ", output.Shape)}], in '{path}' it is [{string.Join(", ", wanted.Shape)}]", path);
            }

            var one = Compare(TensorValues.ToDoubles(output), TensorValues.ToDoubles(wanted), absolute, relative);
            facts = new CompareFacts(Math.Max(facts.MaxAbs, one.MaxAbs), Math.Max(facts.MaxRel, one.MaxRel), facts.Within && one.Within);
        }

        var quality = OutputQuality.Compare([.. compared.Select(output => expected[output.Name])], compared, null);
        return facts with { Cosine = quality.Cosine, RelativeError = quality.RelativeError, ArgmaxAgreement = quality.ArgmaxAgreement };
    }

    private static CompareFacts Compare(double[] actual, double[] expected, double absolute, double relative)
    {
        double worst = 0, largest = 0;
        var within = true;
        for (var i = 0; i < actual.Length; i++)
        {
            // Equal infinities and NaN in the same place are no difference.
            var difference = actual[i].Equals(expected[i]) ? 0 : Math.Abs(actual[i] - expected[i]);
            within &= difference <= absolute + (relative * Math.Abs(expected[i]));
            worst = Math.Max(worst, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            largest = Math.Max(largest, double.IsFinite(expected[i]) ? Math.Abs(expected[i]) : 0);
        }

        return new CompareFacts(worst, worst == 0 ? 0 : worst / largest, within);
    }
}
