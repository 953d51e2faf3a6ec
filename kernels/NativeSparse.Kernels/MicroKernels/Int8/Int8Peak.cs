namespace NativeSparse.Kernels;

/// <summary>A loop of one int8 tile's multiply-adds on registers alone: the machine's limit for that version.</summary>
internal abstract class Int8Peak : IDisposable
{
    /// <summary>Multiply-adds of one run, two operations each.</summary>
    public abstract double Operations { get; }

    public abstract void Run();

    public virtual void Dispose()
    {
    }
}
