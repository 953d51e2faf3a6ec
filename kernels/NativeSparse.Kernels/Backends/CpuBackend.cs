using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Managed vectors of one width.</summary>
internal sealed class CpuBackend : Backend
{
    private CpuBackend(string name, IDenseMatMul dense, ITopKRouting routing, IExpertDispatch experts)
        : base(name)
    {
        Dense = dense;
        Routing = routing;
        Experts = experts;
    }

    public override IDenseMatMul Dense { get; }

    public override ITopKRouting Routing { get; }

    public override IExpertDispatch Experts { get; }

    public static string NameOf<TWidth, TVector>()
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        => $"cpu:{TWidth.Name}";

    /// <summary>The families at one width, whether or not this processor has it: .NET computes what it lacks with narrower registers.</summary>
    public static CpuBackend Create<TWidth, TVector>()
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        IExpertDispatch experts = new VectorExpertDispatch<TWidth, TVector>();
        if (typeof(TWidth) == typeof(Width512))
        {
            experts = new NarrowingExpertDispatch(
                experts,
                PanelProduct<TWidth, TVector>.Panel,
                new VectorExpertDispatch<Width256, Vector256<float>>(),
                PanelProduct<Width256, Vector256<float>>.Panel);
        }

        return new CpuBackend(
            NameOf<TWidth, TVector>(), new VectorDenseMatMul<TWidth, TVector>(), new VectorTopKRouting<TWidth, TVector>(), experts);
    }
}
