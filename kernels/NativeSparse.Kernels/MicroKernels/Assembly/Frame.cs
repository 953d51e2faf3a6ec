using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// The stack frame of one kernel: the caller's registers and a few slots. The stack pointer stands still between
/// <see cref="Enter"/> and <see cref="Leave"/>, as Windows needs it to walk the stack.
/// </summary>
internal sealed class Frame
{
    private const int SlotBytes = 8;
    private const int VectorBytes = 16;

    private static readonly AssemblerRegisterXMM[] Vectors =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    private readonly Abi _abi;
    private readonly AssemblerRegister64[] _general;
    private readonly int[] _vectors;
    private readonly int _vectorOffset;
    private readonly int _bytes;
    private readonly List<UnwindStep> _steps = [];

    /// <param name="abi">The caller's convention.</param>
    /// <param name="general">General registers that the kernel uses.</param>
    /// <param name="vectors">Numbers of the vector registers that it uses.</param>
    /// <param name="slots">Words of 8 bytes that it keeps on the stack.</param>
    public Frame(Abi abi, IEnumerable<AssemblerRegister64> general, IEnumerable<int> vectors, int slots)
    {
        _abi = abi;
        _general = [.. general.Where(register => abi.Saved.Contains(register))];
        _vectors = [.. vectors.Where(abi.IsSavedVector).Order()];
        _vectorOffset = Align(slots * SlotBytes, VectorBytes);
        _bytes = _vectorOffset + (_vectors.Length * VectorBytes);

        // A call leaves the stack 8 bytes off; pushes may put it back or not.
        var isAligned = _general.Length % 2 == 1;
        if (_bytes > 0 && !isAligned)
        {
            _bytes += SlotBytes;
        }
    }

    /// <summary>What the prologue did, in order, for <see cref="WindowsUnwind"/>.</summary>
    public IReadOnlyList<UnwindStep> Steps => _steps;

    /// <summary>One word of the frame; valid between <see cref="Enter"/> and <see cref="Leave"/>.</summary>
    public static AssemblerMemoryOperand Slot(int index) => __qword_ptr[rsp + (index * SlotBytes)];

    /// <summary>Saves the caller's registers; the kernel's argument is then in rdi under every convention.</summary>
    public void Enter(Assembler code)
    {
        foreach (var register in _general)
        {
            code.push(register);
            _steps.Add(new UnwindStep(UnwindOperation.Push, Number(register)));
        }

        if (_bytes > 0)
        {
            code.sub(rsp, _bytes);
            _steps.Add(new UnwindStep(UnwindOperation.Allocate, _bytes));
        }

        for (var i = 0; i < _vectors.Length; i++)
        {
            code.vmovaps(__xmmword_ptr[rsp + _vectorOffset + (i * VectorBytes)], Vectors[_vectors[i]]);
            _steps.Add(new UnwindStep(UnwindOperation.SaveVector, _vectors[i], _vectorOffset + (i * VectorBytes)));
        }

        if (_abi.Argument != rdi)
        {
            code.mov(rdi, _abi.Argument);
        }
    }

    /// <summary>Gives the caller's registers back and returns.</summary>
    public void Leave(Assembler code)
    {
        code.vzeroupper();
        for (var i = 0; i < _vectors.Length; i++)
        {
            code.vmovaps(Vectors[_vectors[i]], __xmmword_ptr[rsp + _vectorOffset + (i * VectorBytes)]);
        }

        if (_bytes > 0)
        {
            code.add(rsp, _bytes);
        }

        foreach (var register in _general.AsEnumerable().Reverse())
        {
            code.pop(register);
        }

        code.ret();
    }

    private static int Number(AssemblerRegister64 register) => (int)(Register)register - (int)Register.RAX;

    private static int Align(int value, int unit) => (value + unit - 1) / unit * unit;
}
