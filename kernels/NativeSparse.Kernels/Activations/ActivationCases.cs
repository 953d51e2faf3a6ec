namespace NativeSparse.Kernels;

/// <summary>The contract cases of activations: every function between -12 and 12 against float64.</summary>
internal static unsafe class ActivationCases
{
    private const int Points = 4001;

    public static IEnumerable<ContractCase> All() => Enum.GetValues<ActivationKind>().Select(kind =>
        new ContractCase("activations", Precision.Float32, new Activation(kind, 0.1f).Name, (backend, _) => Run(backend, new Activation(kind, 0.1f))));

    /// <summary>The error is in units of what the contract states: 2e-6 of the value and 5e-8.</summary>
    private static CaseResult Run(Backend backend, Activation activation)
    {
        using var memory = new CaseMemory(1);
        using var one = backend.Dense.Pack([1], 1, 1, Precision.Float32);
        var (x, y) = (memory.Zeros(Points, 1), memory.Zeros(Points, 1));
        for (var i = 0; i < Points; i++)
        {
            x.Row(i)[0] = ((i * 24f) / (Points - 1)) - 12;
        }

        backend.Dense.Run(memory.Execution, x, one, new Epilogue { Activation = activation }, y);
        var worst = 0.0;
        for (var i = 0; i < Points; i++)
        {
            var exact = ReferenceActivation.Exact(activation, x.Row(i)[0]);
            var error = Math.Abs(y.Row(i)[0] - exact) / ((2e-6 * Math.Abs(exact)) + 5e-8);
            worst = error > worst || double.IsNaN(error) ? error : worst;
        }

        return new CaseResult(worst * 2e-6, 2e-6);
    }
}
