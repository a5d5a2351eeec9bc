using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>What libtorch's tracer recorded on this thread.</summary>
/// <param name="Text">The graph in libtorch's own words; its constant tensors are further inputs at the end.</param>
/// <param name="InputPositions">For each tensor that was given, which input of the graph it is.</param>
/// <param name="Constants">The constant tensors, in the order of their inputs; they belong to dispose scopes.</param>
/// <param name="Schemas">What each node calls, in order; null where libtorch does not know.</param>
/// <param name="ModulePaths">The submodule that runs from each marker node on.</param>
internal sealed record RecordedGraph(
    string Text, IReadOnlyList<int> InputPositions, IReadOnlyList<Tensor> Constants,
    IReadOnlyList<OperatorSchema?> Schemas,
    IReadOnlyList<string> ModulePaths);

/// <summary>Records the operators that run on this thread between <see cref="Begin"/> and <see cref="Stop"/>.</summary>
/// <remarks>Everything in between is ordinary C#; it must stay on the thread.</remarks>
internal sealed unsafe class TracingSession : IDisposable
{
    private readonly TracerFunctions _functions;
    private readonly TracerLayout _layout;
    private readonly nint _state;
    private readonly nint _parameters;
    private readonly nint _returns;
    private readonly uint _pathMarker;
    private readonly List<int> _inputPositions = [];
    private readonly List<Tensor> _constants = [];
    private readonly List<string> _modulePaths = [];
    private bool _isRecording;

    private TracingSession(LibTorchTracer tracer)
    {
        (_functions, _layout) = (tracer.Functions, tracer.Layout);
        _pathMarker = _functions.Symbol(GraphText.PathMarker);
        _state = (nint)NativeMemory.AllocZeroed(TracerSelfTest.StateBytes);
        _functions.ConstructState(_state);
        // The node list is a circle: last, return, parameters, first.
        var mark = _functions.CreateNode(_state, _pathMarker, 0);
        _functions.InsertNode(_state, mark);
        _returns = Next(mark);
        _parameters = Next(_returns);
        _functions.DestroyNode(mark);
    }

    /// <summary>Starts to record.</summary>
    /// <param name="inputs">Every tensor that the forward function may read and that requires a gradient, and those
    /// that are to be inputs of the graph. The same tensor may come twice.</param>
    /// <exception cref="TracingException">The libtorch is unknown, or a trace already runs on this thread.</exception>
    public static TracingSession Begin(IReadOnlyList<Tensor> inputs)
    {
        var tracer = LibTorchTracer.Current;
        if (tracer.Functions.IsTracing)
        {
            throw new TracingException(
                "a trace already runs on this thread; do not export or prune inside a forward function");
        }

        var session = new TracingSession(tracer);
        session.Start(inputs);
        return session;
    }

    /// <summary>Names what the forward function returned. A tensor that it did not compute becomes a
    /// constant.</summary>
    /// <exception cref="TracingException">Such a tensor requires a gradient: it is a weight that is not among the
    /// inputs.</exception>
    public void Return(IReadOnlyList<Tensor> outputs)
    {
        foreach (var output in outputs)
        {
            var value = _functions.KnownValue(_state, output.Handle);
            if (value == 0 && output.requires_grad)
            {
                throw new TracingException(
                    "forward returns a weight that the module did not register; register it with register_parameter "
                        + "or register_module");
            }

            _functions.AddInput(_returns, value != 0 ? value : ConstantInput(output));
        }

        GC.KeepAlive(outputs);
    }

    /// <summary>Ends recording.</summary>
    public void Stop()
    {
        if (!_isRecording)
        {
            return;
        }

        _isRecording = false;
        ModulePath.Changed = null;
        _functions.SetTracingState(0);
    }

    /// <summary>What was recorded.</summary>
    public RecordedGraph Read()
    {
        LiftConstants();
        var text = _functions.GraphText(Word(_state, _layout.StateGraph));
        var schemas = new List<OperatorSchema?>();
        for (var node = Next(_parameters); node != _returns; node = Next(node))
        {
            var schema = _functions.Schema(node);
            schemas.Add(schema == 0 ? null : OperatorSchema.Of(schema, _functions));
        }

        return new RecordedGraph(text, _inputPositions, _constants, schemas, _modulePaths);
    }

    public void Dispose()
    {
        Stop();
        _functions.DestructState(_state);
        NativeMemory.Free((void*)_state);
    }

    private void Start(IReadOnlyList<Tensor> inputs)
    {
        var positions = new Dictionary<nint, int>();
        foreach (var input in inputs)
        {
            var implementation = TensorHandles.Implementation(input);
            if (!positions.TryGetValue(implementation, out var position))
            {
                positions[implementation] = position = positions.Count;
                _functions.SetValue(_state, input.Handle, GraphInput(input));
            }

            _inputPositions.Add(position);
        }

        GC.KeepAlive(inputs);
        ModulePath.Restart();
        ModulePath.Changed = MarkPath;
        _isRecording = true;
        _functions.SetTracingState(_state);
    }

    private void MarkPath(string path)
    {
        _modulePaths.Add(path);
        _functions.InsertNode(_state, _functions.CreateNode(_state, _pathMarker, 0));
    }

    // Constants become inputs: the graph's text would read their elements, which can throw, and rounds them.
    private void LiftConstants()
    {
        var kind = _functions.Symbol("prim::Constant");
        nint next;
        for (var node = Next(_parameters); node != _returns; node = next)
        {
            next = Next(node);
            if (*(uint*)(node + _layout.NodeKind) != kind)
            {
                continue;
            }

            var value = Word(Word(node, _layout.NodeOutputs), 0);
            var tensor = _functions.TakeConstantTensor(value);
            if (tensor != 0)
            {
                _functions.ReplaceUses(value, ConstantInput(TensorHandles.Adopt(tensor, _functions)));
                _functions.DestroyNode(node);
            }
        }
    }

    private nint ConstantInput(Tensor constant)
    {
        _constants.Add(constant);
        return GraphInput(constant);
    }

    private nint GraphInput(Tensor tensor)
    {
        var value = _functions.AddOutput(_parameters);
        _functions.InferType(value, tensor.Handle);
        return value;
    }

    private nint Next(nint node) => Word(node, _layout.NodeNext);

    private static nint Word(nint address, int offset) => *(nint*)(address + offset);
}
