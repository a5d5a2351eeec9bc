using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>An ONNX model that is ready to run. All members may be used from several threads at once.</summary>
public sealed class InferenceModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    // One for the owner and one for each run under way: the last to leave frees the session, so that
    // disposing while another thread runs is safe.
    private int _users = 1;
    private int _disposed;

    private InferenceModel(InferenceSession session, string name)
    {
        _session = session;
        Name = name;
        Inputs = OrtSpecs.Of(session.InputNames, session.InputMetadata, $"{name}: input");
        Outputs = OrtSpecs.Of(session.OutputNames, session.OutputMetadata, $"{name}: output");
        _inputNames = [.. session.InputNames];
        _outputNames = [.. session.OutputNames];
    }

    /// <summary>What errors call the model.</summary>
    public string Name { get; }

    /// <summary>Inputs in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Outputs in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Loads an <c>.onnx</c> file; weights in files beside it are mapped, not read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Threads and optimisation.</param>
    /// <param name="name">What errors call the model; null for the file's name.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InferenceException">The file is no model that ONNX Runtime can run.</exception>
    public static InferenceModel Load(string path, InferenceOptions? options = null, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path)
            ? Load(name ?? Path.GetFileName(path), options, o => new InferenceSession(path, o))
            : throw new FileNotFoundException(
                $"InferenceModel.Load: expected an .onnx file, found none at '{path}'.", path);
    }

    /// <summary>Loads a model from memory.</summary>
    /// <param name="model">The bytes of an <c>.onnx</c> file; not needed after the call.</param>
    /// <param name="name">What errors call the model.</param>
    /// <param name="options">Threads and optimisation.</param>
    /// <exception cref="InferenceException">The bytes are no model that ONNX Runtime can run.</exception>
    public static InferenceModel Load(byte[] model, string name = "model", InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(name, options, o => new InferenceSession(model, o));
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">One tensor an input, in the order of <see cref="Inputs"/>; their memory is read in
    /// place.</param>
    /// <param name="outputs">Names of the outputs to compute; null for all.</param>
    /// <param name="cancellationToken">Stops the run between two operators.</param>
    /// <returns>The outputs; the caller disposes them.</returns>
    /// <exception cref="ModelInputException">A tensor does not fit; nothing was run.</exception>
    /// <exception cref="InferenceException">The model failed on these inputs.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public InferenceOutputs Run(
        ReadOnlySpan<TensorValue> inputs, IReadOnlyList<string>? outputs = null,
        CancellationToken cancellationToken = default)
    {
        TensorSpec.Check(Name, Inputs, inputs);
        var specs = outputs is null ? Outputs : SelectOutputs(outputs);
        cancellationToken.ThrowIfCancellationRequested();
        Enter();
        try
        {
            return RunSession(inputs, outputs is null ? _outputNames : outputs, specs, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Binds memory for inputs of fixed shapes, for the fastest runs.</summary>
    /// <param name="inputs">Shape of each input, which fits it.</param>
    /// <returns>
    /// The memory, which the caller disposes; null where the shapes of the inputs do not tell those of the outputs, or
    /// the model takes or gives strings.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public BoundRun? TryBind(IReadOnlyList<long[]> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (Inputs.Concat(Outputs).Any(s => s.Type == ElementType.String)
            || OutputShapes.Of(this, inputs) is not { } outputs)
        {
            return null;
        }

        Enter();
        try
        {
            return new BoundRun(this, _session.CreateIoBinding(), [.. inputs], outputs);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Says what is wrong with inputs before anything is run.</summary>
    /// <exception cref="ModelInputException">A tensor does not fit, or the model has no such output.</exception>
    public void ThrowIfUnfit(ReadOnlySpan<TensorValue> inputs, IReadOnlyList<string>? outputs = null)
    {
        TensorSpec.Check(Name, Inputs, inputs);
        if (outputs is not null)
        {
            SelectOutputs(outputs);
        }
    }

    /// <summary>Runs a model that has one input.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{TensorValue}, IReadOnlyList{string}?, CancellationToken)"/>
    public InferenceOutputs Run(TensorValue input, CancellationToken cancellationToken = default)
        => Run(new ReadOnlySpan<TensorValue>(in input), null, cancellationToken);

    /// <summary>Runs the model on inputs by name.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{TensorValue}, IReadOnlyList{string}?, CancellationToken)"/>
    public InferenceOutputs Run(
        IReadOnlyDictionary<string, TensorValue> inputs, IReadOnlyList<string>? outputs = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var ordered = new TensorValue[Inputs.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = inputs.GetValueOrDefault(Inputs[i].Name) ?? throw WrongNames(inputs.Keys);
        }

        return inputs.Count == ordered.Length
            ? Run(ordered, outputs, cancellationToken) : throw WrongNames(inputs.Keys);
    }

    /// <summary>Runs the model on zeros, free axes having size 1, so that the first real run finds everything
    /// allocated.</summary>
    /// <exception cref="InferenceException">The model fails on such an input.</exception>
    public void WarmUp() => Run([.. Inputs.Select(input => ZeroInput.Of(Name, input))]).Dispose();

    /// <summary>
    /// Gives memory back that earlier runs needed and ONNX Runtime keeps for the next: a run on zeros of size 1, after
    /// which everything that is free is released.
    /// </summary>
    /// <exception cref="InferenceException">The model does not run on zeros.</exception>
    public void ReleaseMemory()
    {
        using var options = new RunOptions();
        options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        TensorValue[] zeros = [.. Inputs.Select(input => ZeroInput.Of(Name, input))];
        Enter();
        try
        {
            using var native = new OrtInputs(zeros);
            OrtOutputs.Wrap(_session.Run(options, _inputNames, native.Values, _outputNames), Outputs).Dispose();
        }
        catch (OnnxRuntimeException e)
        {
            throw Failed(string.Join(", ", zeros.Select(i => i.ToString())), e);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Frees the model; runs under way finish first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Leave();
        }
    }

    internal void Run(RunOptions options, OrtIoBinding binding, IReadOnlyList<long[]> shapes)
    {
        Enter();
        try
        {
            _session.RunWithBinding(options, binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw Failed(string.Join(", ", shapes.Select((s, i) => Inputs[i].Type.Name() + TensorShape.Format(s))), e);
        }
        finally
        {
            Leave();
        }
    }

    private static InferenceModel Load(
        string name, InferenceOptions? options, Func<SessionOptions, InferenceSession> open)
    {
        var session = OrtSessions.Open(name, options ?? new InferenceOptions(), open);
        try
        {
            return new InferenceModel(session, name);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private InferenceOutputs RunSession(
        ReadOnlySpan<TensorValue> inputs, IReadOnlyCollection<string> names, IReadOnlyList<TensorSpec> specs,
        CancellationToken cancellationToken)
    {
        // A token that can fire needs run options of its own: terminating shared ones would stop every run.
        using var own = cancellationToken.CanBeCanceled ? new RunOptions() : null;
        using var registration = own is null
            ? default : cancellationToken.UnsafeRegister(static o => ((RunOptions)o!).Terminate = true, own);
        try
        {
            using var native = new OrtInputs(inputs);
            return OrtOutputs.Wrap(_session.Run(own ?? _runOptions, _inputNames, native.Values, names), specs);
        }
        catch (OnnxRuntimeException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(string.Join(", ", inputs.ToArray().Select(i => i.ToString())), e);
        }
    }

    private InferenceException Failed(string inputs, OnnxRuntimeException cause)
        => new($"{Name}: the model failed on {inputs}: {cause.Message}", cause)
        {
            IsInputRejected = cause.Message.Contains("[ErrorCode:InvalidArgument]", StringComparison.Ordinal),
        };

    private TensorSpec[] SelectOutputs(IReadOnlyList<string> names)
    {
        var specs = new TensorSpec[names.Count];
        for (var i = 0; i < specs.Length; i++)
        {
            specs[i] = Outputs.FirstOrDefault(o => o.Name == names[i])
                ?? throw new ModelInputException(
                    $"{Name}: expected outputs among [{string.Join(", ", _outputNames)}], got '{names[i]}'.");
        }

        return specs.Length > 0
            ? specs
            : throw new ModelInputException($"{Name}: expected at least one output name, got none; pass null for all.");
    }

    private ModelInputException WrongNames(IEnumerable<string> got)
        => new($"{Name}: expected the inputs [{string.Join(", ", _inputNames)}], got [{string.Join(", ", got)}].");

    private void Enter()
    {
        var users = Volatile.Read(ref _users);
        while (true)
        {
            ObjectDisposedException.ThrowIf(users == 0 || Volatile.Read(ref _disposed) != 0, this);
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _session.Dispose();
            _runOptions.Dispose();
        }
    }
}
