using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimizer remembers about one parameter.</summary>
public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    public abstract void Initialize(OptimizerOptions options);

    public abstract void SaveStateDict(BinaryWriter writer);

    public abstract void LoadStateDict(BinaryReader reader);

    /// <summary>Copies another state.</summary>
    public abstract void LoadStateDict(OptimizerState source);

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    public virtual void to(Device device)
    {
    }

    /// <summary>Reads a tensor that may be missing; the old one is freed.</summary>
    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device device)
    {
        if (!reader.ReadBoolean())
        {
            Renew(ref result, null);
            return;
        }
        using var stored = TensorExtensionMethods.Load(reader);
        Renew(ref result, stored.to(device, copy: true));
    }

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    /// <summary>Frees the old tensor and keeps the new one beyond any dispose scope.</summary>
    private protected static void Renew(ref Tensor? field, Tensor? value)
    {
        field?.DetachFromDisposeScope().Dispose();
        field = value?.DetachFromDisposeScope();
    }

    private protected void Copy(ref Tensor? field, Tensor? source) => Renew(ref field, source?.to(_parameter.device, copy: true));

    private protected static void Move(ref Tensor? field, Device device)
    {
        if (field is null || (field.device_type == device.type && (device.index < 0 || field.device_index == device.index))) return;
        Renew(ref field, field.to(device));
    }

    private protected static bool Close(Tensor? left, Tensor? right) =>
        left is null || right is null ? left is null && right is null : left.allclose(right);

    private protected Tensor Zeros() => zeros_like(_parameter);
}
