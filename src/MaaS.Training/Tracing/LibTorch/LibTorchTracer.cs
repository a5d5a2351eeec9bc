namespace MaaS.Training.Tracing.LibTorch;

/// <summary>The tracer of the libtorch in this process, proven by its self-test.</summary>
internal sealed class LibTorchTracer
{
    private static readonly Lazy<LibTorchTracer> Instance = new(Open, LazyThreadSafetyMode.PublicationOnly);

    private LibTorchTracer(TracerFunctions functions, TracerLayout layout) => (Functions, Layout) = (functions, layout);

    /// <summary>The one tracer of the process.</summary>
    /// <exception cref="TracingException">The system or the libtorch is not one that MaaS knows.</exception>
    public static LibTorchTracer Current => Instance.Value;

    public TracerFunctions Functions { get; }

    public TracerLayout Layout { get; }

    private static LibTorchTracer Open()
    {
        var library = LoadedLibTorch.Find();
        var layout = TracerLayout.Of(library.Version, library.Abi);
        var functions = new TracerFunctions(library);
        TracerSelfTest.Run(library, functions, layout);
        // Its own test runs operators, which a trace would record.
        _ = RecordFunctions.Current;
        return new LibTorchTracer(functions, layout);
    }
}
