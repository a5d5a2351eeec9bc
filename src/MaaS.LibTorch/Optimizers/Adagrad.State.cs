using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class Adagrad
{
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor sum = null!;

        public State(Parameter parameter) : base(parameter)
        {
        }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Renew(ref sum!, full_like(_parameter, ((Options)options).initial_accumulator_value!.Value));
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            sum.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            sum.Load(reader);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            Copy(ref sum!, from.sum);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && Close(sum, rhs.sum);

        public override void to(Device device)
        {
            Move(ref sum!, device);
        }

        public void Dispose()
        {
            sum.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? lr_decay;
        public double? initial_accumulator_value;
        public double? eps;
        public double? weight_decay;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(lr_decay!.Value);
            writer.Write(initial_accumulator_value!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            lr_decay = reader.ReadDouble();
            initial_accumulator_value = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            lr_decay = from.lr_decay;
            initial_accumulator_value = from.initial_accumulator_value;
            eps = from.eps;
            weight_decay = from.weight_decay;
        }

        internal void Complete(Options defaults)
        {
            lr_decay ??= defaults.lr_decay;
            initial_accumulator_value ??= defaults.initial_accumulator_value;
            eps ??= defaults.eps;
            weight_decay ??= defaults.weight_decay;
        }
    }

    public class ParamGroup : ParamGroup<Options>
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
            : base(parameters, new Options { LearningRate = lr, lr_decay = lr_decay, weight_decay = weight_decay, initial_accumulator_value = initial_accumulator_value, eps = eps })
        {
        }
    }
}
