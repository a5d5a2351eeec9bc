namespace MaaS.Onnx.Passes;

/// <summary>A change of a graph that keeps what it computes.</summary>
public interface IGraphPass
{
    /// <summary>The pass's name, as logs and options write it.</summary>
    string Name { get; }

    /// <summary>Changes the model in place.</summary>
    /// <returns>Whether anything changed.</returns>
    bool Run(OnnxModel model);
}
