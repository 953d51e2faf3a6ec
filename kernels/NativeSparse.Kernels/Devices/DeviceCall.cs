using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// One call of a family on a device: holds the device's lock, brings operands that lie in host memory to the device, and brings results back.
/// Operands and results that lie on the device already stay there, and nothing waits for them.
/// </summary>
internal readonly unsafe ref struct DeviceCall
{
    private readonly Device _device;
    private readonly Scratch.Scope _memory;
    private readonly Scratch.Scope _staging;

    public DeviceCall(Device device)
    {
        _device = device;
        device.Gate.Enter();
        try
        {
            device.Bind();
            device.Pending.Clear();
            _memory = device.Workspace.Enter();
            _staging = device.Staging.Enter();
        }
        catch
        {
            device.Gate.Exit();
            throw;
        }
    }

    /// <summary>An operand.</summary>
    public View Read(View view)
    {
        if (view.IsOnDevice || view.IsEmpty || view.Rows == 0 || view.Columns == 0)
        {
            return view;
        }

        var copy = Rent(view);
        Upload(view, copy);
        return copy;
    }

    /// <summary>A result that is written as a whole.</summary>
    public View Write(View view)
    {
        if (view.IsOnDevice || view.IsEmpty || view.Rows == 0 || view.Columns == 0)
        {
            return view;
        }

        var copy = Rent(view);
        _device.Pending.Add((view, copy));
        return copy;
    }

    /// <summary>A result that is added to.</summary>
    public View Update(View view)
    {
        var copy = Write(view);
        if (copy.Address != view.Address)
        {
            Upload(view, copy);
        }

        return copy;
    }

    public View Rent(int rows, int columns) => _device.Workspace.Rent(rows, columns);

    public View RentInt32(int rows, int columns) => _device.Workspace.RentInt32(rows, columns);

    /// <summary>The values of a view on the device, or some memory that is not read.</summary>
    public ArrayView<T> Values<T>(View view)
        where T : unmanaged =>
        view.IsEmpty || view.Rows == 0 || view.Columns == 0
            ? Values<T>(_device.Nothing, 1)
            : Values<T>(view.Address, (((long)(view.Rows - 1) * view.Stride) + view.Columns) * sizeof(float) / Interop.SizeOf<T>());

    public ArrayView<T> Values<T>(nint address, long count)
        where T : unmanaged => _device.Memory.Resolve<T>(address, count);

    /// <summary>Memory of the host for what a view on the device is to hold; a view in host memory is its own.</summary>
    public View Host(View view) => !view.IsOnDevice || view.Rows == 0 || view.Columns == 0
        ? view
        : view.ElementType == ElementType.Int32 ? _device.Staging.RentInt32(view.Rows, view.Columns) : _device.Staging.Rent(view.Rows, view.Columns);

    /// <summary>An operand in host memory.</summary>
    public View ReadBack(View view)
    {
        var host = Host(view);
        if (host.Address != view.Address)
        {
            for (var row = 0; row < view.Rows; row++)
            {
                Values<float>(view.Slice(row, 1)).CopyToCPU(_device.Accelerator.DefaultStream, ref *host.Row(row), view.Columns);
            }

            _device.CopiedBytes += (long)view.Rows * view.Columns * sizeof(float);
            _device.Synchronize();
        }

        return host;
    }

    /// <summary>Sends what <see cref="Host"/> gave to the device.</summary>
    public void Return(View host, View view)
    {
        if (host.Address != view.Address)
        {
            Upload(host, view);
        }
    }

    /// <summary>Brings results back where they belong to host memory, and waits for everything if there was anything to copy.</summary>
    public void Finish()
    {
        foreach (var (host, copy) in _device.Pending)
        {
            var isDense = host.Stride == host.Columns;
            var target = isDense ? host : _device.Staging.Rent(host.Rows, host.Columns);
            Values<float>(copy).CopyToCPU(_device.Accelerator.DefaultStream, ref *(float*)target.Address, (long)host.Rows * host.Columns);
            _device.CopiedBytes += (long)host.Rows * host.Columns * sizeof(float);
            if (!isDense)
            {
                _device.Synchronize();
                for (var row = 0; row < host.Rows; row++)
                {
                    new ReadOnlySpan<float>(target.Row(row), host.Columns).CopyTo(new Span<float>(host.Row(row), host.Columns));
                }
            }
        }

        // Copies may still be under way: the caller's memory is only his again when they are done.
        if (_device.Pending.Count > 0 || _device.IsReading)
        {
            _device.Synchronize();
            _device.Pending.Clear();
            _device.IsReading = false;
        }
    }

    public void Dispose()
    {
        try
        {
            // A call that was cut short: the caller's memory is his again only when nothing reads it any more.
            if (_device.IsReading)
            {
                _device.IsReading = false;
                _device.Synchronize();
            }
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        try
        {
            _memory.Dispose();
            _staging.Dispose();
        }
        finally
        {
            _device.Gate.Exit();
        }
    }

    private View Rent(View view) =>
        view.ElementType == ElementType.Int32 ? RentInt32(view.Rows, view.Columns) : Rent(view.Rows, view.Columns);

    private void Upload(View view, View copy)
    {
        var source = view;
        if (view.Stride != view.Columns && view.Rows > 1)
        {
            source = _device.Staging.Rent(view.Rows, view.Columns);
            for (var row = 0; row < view.Rows; row++)
            {
                new ReadOnlySpan<float>(view.Row(row), view.Columns).CopyTo(new Span<float>(source.Row(row), view.Columns));
            }
        }

        if (copy.Stride != copy.Columns)
        {
            throw new NotSupportedException("rows of a device's memory are written as one piece, and these lie apart");
        }

        Values<float>(copy).CopyFromCPU(_device.Accelerator.DefaultStream, ref *(float*)source.Address, (long)view.Rows * view.Columns);
        _device.CopiedBytes += (long)view.Rows * view.Columns * sizeof(float);
        _device.IsReading = true;
    }
}
