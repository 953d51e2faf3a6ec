using System.Runtime.Intrinsics;
using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>A device, through ILGPU. Operands may lie in host memory or on the device; calls from several threads follow each other.</summary>
internal sealed class DeviceBackend : Backend
{
    private const double FloatLimit = 4e-6;
    private const double IntegerLimit = 5e-3;

    /// <summary>Two products in a row, each with inputs that are rounded to bfloat16.</summary>
    private const double TensorLimit = 1.0 / 128;

    private readonly Stack<Scratch> _scratches = [];
    private readonly DeviceKernel<FillLauncher> _fill;
    private readonly DeviceKernel<FeatureLauncher> _features;
    private readonly bool _isShared;
    private bool _isDisposed;

    /// <param name="device">The device.</param>
    /// <param name="isShared">Whether the device outlives this.</param>
    public DeviceBackend(Device device, bool isShared = false)
        : base(device.Name)
    {
        _isShared = isShared;
        Device = device;
        Dense = new DeviceDenseMatMul(device);
        BlockDiagonal = new DeviceBlockDiagonal(device);
        Routing = new DeviceTopKRouting(device, new VectorTopKRouting<Width128, Vector128<float>>());
        Experts = new DeviceExpertDispatch(device);
        Sparse = new DeviceSparseMatMul(device);
        RowSparse = new DeviceRowSparse(device);
        Semiring = new DeviceSemiringProduct(device);
        _fill = new DeviceKernel<FillLauncher>(device, KernelMethods.Fill);
        _features = new DeviceKernel<FeatureLauncher>(device, KernelMethods.Features);
    }

    private delegate void FillLauncher(
        AcceleratorStream stream, KernelConfig config, int columns, int stride, int hasRow, ArrayView<float> row, ArrayView<float> y);

    private delegate void FeatureLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        ScoreFeatureParameters parameters,
        ArrayView<float> scores,
        ArrayView<int> counts,
        ArrayView<int> chosen,
        ArrayView<float> features);

    public Device Device { get; }

    public override IDenseMatMul Dense { get; }

    public override IBlockDiagonalMatMul BlockDiagonal { get; }

    public override ITopKRouting Routing { get; }

    public override IExpertDispatch Experts { get; }

    public override ISparseMatMul Sparse { get; }

    public override IRowSparseMatMul RowSparse { get; }

    public override ISemiringProduct Semiring { get; }

    internal override bool IsDevice => true;

    internal override bool IsSimulated => Device.IsSimulator;

    internal override bool Has(Precision precision) => precision != Precision.Int4;

    internal override double RoundingLimit(Precision precision) => precision switch
    {
        Precision.Int8 => IntegerLimit,
        Precision.BFloat16 when Device.HasTensorCores => TensorLimit,
        _ => FloatLimit,
    };

    internal override Scratch RentScratch()
    {
        lock (_scratches)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Backend));
            return _scratches.TryPop(out var scratch) ? scratch : new Scratch(Device.Memory);
        }
    }

    internal override void Return(Scratch scratch)
    {
        lock (_scratches)
        {
            if (_isDisposed)
            {
                scratch.Dispose();
            }
            else
            {
                _scratches.Push(scratch);
            }
        }
    }

    /// <summary>Copies a matrix to the device.</summary>
    public View Upload(Scratch scratch, View view)
    {
        var copy = view.ElementType == ElementType.Int32 ? scratch.RentInt32(view.Rows, view.Columns) : scratch.Rent(view.Rows, view.Columns);
        try
        {
            using var call = new DeviceCall(Device);
            call.Return(view, copy);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(Name, failure);
        }

        return copy;
    }

    /// <summary>Copies a matrix back, when everything before it is done.</summary>
    public void Download(View view, View host)
    {
        try
        {
            using var call = new DeviceCall(Device);
            Device.Pending.Add((host, view));
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(Name, failure);
        }
    }

    internal override void Fill(View row, View y)
    {
        if (!y.IsOnDevice)
        {
            base.Fill(row, y);
            return;
        }

        row.RequireRow(y.Columns);
        if (y.Rows == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(Device);
            var source = call.Read(row);
            var config = new KernelConfig(
                new Index3D(y.Rows, (y.Columns + Device.GroupThreads - 1) / Device.GroupThreads, 1), new Index3D(Device.GroupThreads, 1, 1));
            _fill.Launcher(Device.Launch(), config, y.Columns, y.Stride, row.IsEmpty ? 0 : 1, call.Values<float>(source), call.Values<float>(y));
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(Name, failure);
        }
    }

    internal override void FillFeatures(View scores, in Routing routing, in ScoreFeatures layout, View features)
    {
        if (!features.IsOnDevice)
        {
            base.FillFeatures(scores, routing, layout, features);
            return;
        }

        if (features.Rows == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(Device);
            var p = new ScoreFeatureParameters
            {
                Experts = scores.Columns,
                ScoreStride = scores.Stride,
                ChoiceStride = routing.Experts.Stride,
                FeatureStride = features.Stride,
                Threshold = layout.Threshold,
                BiasColumn = layout.BiasColumn,
                UpColumn = layout.UpColumn,
                DownColumn = layout.DownColumn,
            };
            _features.Launcher(
                Device.Launch(),
                new KernelConfig(new Index3D(features.Rows, 1, 1), new Index3D(Math.Min(Device.GroupThreads, 64), 1, 1)),
                p,
                call.Values<float>(scores),
                call.Values<int>(routing.Counts),
                call.Values<int>(routing.Experts),
                call.Values<float>(features));
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(Name, failure);
        }
    }

    public override void Dispose()
    {
        lock (_scratches)
        {
            _isDisposed = true;
            while (_scratches.TryPop(out var scratch))
            {
                scratch.Dispose();
            }
        }

        if (!_isShared)
        {
            Device.Dispose();
        }

        base.Dispose();
    }
}
