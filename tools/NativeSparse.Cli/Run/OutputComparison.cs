using System.Globalization;
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

            var one = Compare(output, TensorValues.ToDoubles(output), TensorValues.ToDoubles(wanted), absolute, relative);
            facts = new CompareFacts(Math.Max(facts.MaxAbs, one.MaxAbs), Math.Max(facts.MaxRel, one.MaxRel), facts.Within && one.Within)
            {
                Outside = facts.Outside ?? one.Outside,
            };
        }

        var quality = OutputQuality.Compare([.. compared.Select(output => expected[output.Name])], compared, null);
        return facts with { Cosine = quality.Cosine, RelativeError = quality.RelativeError, ArgmaxAgreement = quality.ArgmaxAgreement };
    }

    private static CompareFacts Compare(ConstantTensor output, double[] actual, double[] expected, double absolute, double relative)
    {
        double worst = 0, largest = 0;
        var outside = -1;
        for (var i = 0; i < actual.Length; i++)
        {
            // Equal infinities and NaN in the same place are no difference.
            var difference = actual[i].Equals(expected[i]) ? 0 : Math.Abs(actual[i] - expected[i]);
            outside = outside >= 0 || difference == 0 || difference <= Allowed(i) ? outside : i;
            worst = Math.Max(worst, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            largest = Math.Max(largest, double.IsFinite(expected[i]) ? Math.Abs(expected[i]) : 0);
        }

        return new CompareFacts(worst, worst == 0 ? 0 : worst / largest, outside < 0)
        {
            Outside = outside < 0
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{output.Name}'[{Place(outside, output.Shape)}] is {actual[outside]:g9}, expected {expected[outside]:g9} +- {Allowed(outside):0.0e+0}"),
        };

        double Allowed(int i) => absolute + (relative * Math.Abs(expected[i]));
    }

    private static string Place(long index, IReadOnlyList<long> shape)
    {
        var places = new long[shape.Count];
        for (var axis = places.Length - 1; axis >= 0; axis--)
        {
            (index, places[axis]) = Math.DivRem(index, shape[axis]);
        }

        return string.Join(", ", places);
    }
}
