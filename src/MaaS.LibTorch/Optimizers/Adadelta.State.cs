using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class Adadelta
{
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor square_avg = null!;
        public Tensor acc_delta = null!;

        public State(Parameter parameter) : base(parameter)
        {
        }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Renew(ref square_avg!, Zeros());
            Renew(ref acc_delta!, Zeros());
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            square_avg.Save(writer);
            acc_delta.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            square_avg.Load(reader);
            acc_delta.Load(reader);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            Copy(ref square_avg!, from.square_avg);
            Copy(ref acc_delta!, from.acc_delta);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && Close(square_avg, rhs.square_avg) && Close(acc_delta, rhs.acc_delta);

        public override void to(Device device)
        {
            Move(ref square_avg!, device);
            Move(ref acc_delta!, device);
        }

        public void Dispose()
        {
            square_avg.Dispose();
            acc_delta.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? rho;
        public double? eps;
        public double? weight_decay;
        public bool? maximize;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(rho!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(maximize!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            rho = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            maximize = reader.ReadBoolean();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            rho = from.rho;
            eps = from.eps;
            weight_decay = from.weight_decay;
            maximize = from.maximize;
        }

        internal void Complete(Options defaults)
        {
            rho ??= defaults.rho;
            eps ??= defaults.eps;
            weight_decay ??= defaults.weight_decay;
            maximize ??= defaults.maximize;
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

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1.0, double rho = 0.9, double eps = 1e-6, double weight_decay = 0, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, rho = rho, eps = eps, weight_decay = weight_decay, maximize = maximize })
        {
        }
    }
}
