using Iced.Intel;

namespace NativeSparse.Kernels;

/// <summary>One assembled kernel, independent of its address.</summary>
/// <param name="Bytes">Instructions, then the constants that they read.</param>
/// <param name="Unwind">Its frame for Windows; empty under other conventions.</param>
internal sealed record KernelCode(byte[] Bytes, byte[] Unwind)
{
    /// <summary>Encodes what was assembled with a frame of its own, for System V.</summary>
    public static KernelCode Encode(Assembler assembler)
    {
        using var bytes = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(bytes), rip: 0);
        return new KernelCode(bytes.ToArray(), []);
    }

    /// <summary>Encodes what was assembled behind <paramref name="frame"/>'s prologue.</summary>
    public static KernelCode Encode(Assembler assembler, Frame frame, Abi abi)
    {
        using var bytes = new MemoryStream();
        var result = assembler.Assemble(new StreamCodeWriter(bytes), rip: 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
        if (abi != Abi.Windows)
        {
            return new KernelCode(bytes.ToArray(), []);
        }

        var starts = result.Result[0].NewInstructionOffsets;
        return new KernelCode(bytes.ToArray(), WindowsUnwind.Encode(frame.Steps, starts.AsSpan(1, frame.Steps.Count)));
    }
}
