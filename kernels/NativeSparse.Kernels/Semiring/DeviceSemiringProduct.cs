using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Message passing on a device.</summary>
internal sealed class DeviceSemiringProduct(Device device) : ISemiringProduct
{
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.Semiring);

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, SemiringParameters parameters, SemiringOperands operands);

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedGraph Pack(GraphEdges edges, bool withTranspose = false)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new DeviceGraph(device, edges, withTranspose);
    }

    public void Run(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckRun(x, graph, rule, y);
        Launch(execution, x, Own(graph).Edges, rule, y);
    }

    public void RunTransposed(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckTransposed(x, graph, rule, y);
        Launch(execution, x, Own(graph).Transposed, rule, y);
    }

    private void Launch(in Execution execution, View x, DeviceEdges edges, in MessageRule rule, View y)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Rows == 0 || y.Columns == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var (input, relations, boundary, result) = (call.Read(x), call.Read(rule.Relations), call.Read(rule.Boundary), call.Write(y));
            var p = new SemiringParameters
            {
                Nodes = y.Rows,
                Columns = y.Columns,
                InputStride = input.Stride,
                RelationStride = relations.Stride,
                BoundaryStride = boundary.Stride,
                OutputStride = result.Stride,
                Reduction = (int)rule.Reduction,
                Combination = (int)rule.Combination,
                HasRelations = relations.IsEmpty ? 0 : 1,
                HasWeights = edges.Weights == 0 ? 0 : 1,
                HasBoundary = boundary.IsEmpty ? 0 : 1,
                EmptyValue = SemiringArguments.EmptyValue(rule),
            };
            var o = new SemiringOperands
            {
                Starts = call.Values<int>(edges.Starts, edges.Nodes + 1L),
                Sources = Edge<int>(call, edges.Sources, edges.Count),
                EdgeRelations = Edge<int>(call, edges.Relations, edges.Count),
                Weights = Edge<float>(call, edges.Weights, edges.Count),
                Inputs = call.Values<float>(input),
                Relations = call.Values<float>(relations),
                Boundary = call.Values<float>(boundary),
                Outputs = call.Values<float>(result),
            };
            var nodes = device.GroupThreads / SemiringKernel.Lanes;
            var grid = new Index3D((p.Nodes + nodes - 1) / nodes, (p.Columns + SemiringKernel.Lanes - 1) / SemiringKernel.Lanes, 1);
            _kernel.Launcher(device.Launch(), new KernelConfig(grid, new Index3D(device.GroupThreads, 1, 1)), p, o);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private static ArrayView<T> Edge<T>(in DeviceCall call, nint address, int count)
        where T : unmanaged => address == 0 || count == 0 ? call.Values<T>(default) : call.Values<T>(address, count);

    private DeviceGraph Own(PackedGraph graph) =>
        graph is DeviceGraph own && own.Device == device ? own : throw SemiringArguments.Foreign(device.Name, nameof(graph));
}
