using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Transposes rows of tokens on a device.</summary>
internal sealed class DeviceTranspose(Device device)
{
    private const int Quad = 4;

    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.Transpose);

    private delegate void Launcher(
        AcceleratorStream stream, KernelConfig config, int rows, int columns, int stride, int resultStride, ArrayView<float> values, ArrayView<float> result);

    /// <summary><c>[columns, rows]</c>, each row as whole groups of four.</summary>
    public View Run(in DeviceCall call, ArrayView<float> values, int rows, int columns, int stride)
    {
        var turned = call.Rent(columns, (rows + Quad - 1) / Quad * Quad);
        var grid = new Index3D(Groups(columns), Groups(turned.Columns), 1);
        var config = new KernelConfig(grid, new Index3D(device.GroupThreads, 1, 1));
        _kernel.Launcher(device.Launch(), config, rows, columns, stride, turned.Stride, values, call.Values<float>(turned));
        return turned;
    }

    private static int Groups(int count) => (count + TransposeKernel.Size - 1) / TransposeKernel.Size;
}
