using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>Writes through views: every other view of the same memory must see them.</summary>
public static class InPlaceCases
{
    private static readonly long[] Shape = [3, 4, 6];

    public static IEnumerable<OperatorCase> All =>
    [
        Of("add_", Shape, x => Write(x, y => y.add_(1))), Of("relu_", Shape, x => Write(x, y => y.relu_())),
        Of("mul_chain", Shape, x => Write(x, y => y.mul_(2).add_(x).sub_(1))),
        Of("through_select", Shape, x => Write(x, y => y.select(1, 2).mul_(3))),
        Of("through_select_last", Shape, x => Write(x, y => y.select(1, -1).zero_())),
        Of("through_narrow", Shape, x => Write(x, y => y.narrow(2, 1, 3).fill_(7))),
        Of("through_slice", Shape, x => Write(x, y => y.slice(1, 1, 4, 1).add_(5))),
        Of("through_batch_select", Shape, x => Write(x, y => y.select(0, 0).neg_())),
        Of("through_view", Shape, x => Write(x, y => y.view(-1).narrow(0, 0, 2).fill_(1))),
        Of("through_transpose", Shape, x => Write(x, y => y.transpose(1, 2).select(1, 0).add_(1))),
        Of("through_permute", Shape, x => Write(x, y => y.permute(2, 0, 1).select(0, 3).mul_(2))),
        Of("through_unsqueeze", Shape, x => Write(x, y => y.unsqueeze(0).select(2, 1).exp_())),
        Of("through_chunk", Shape, x => Write(x, y => y.chunk(3, 2)[1].fill_(4))),
        Of("through_split", Shape, x => Write(x, y => y.split([1, 2, 3], 2)[2].add_(4))),
        Of("through_two_views", Shape, x => Write(x, y => y.select(1, 0).select(1, 2).fill_(8))),
        Of("through_stepped_slice", Shape, x => Write(x, y => y.slice(2, 1, 6, 2).mul_(3))),
        Of("through_stepped_slice_lead", [6, 4], x => Write(x, y => y.slice(0, 0, x.shape[0], 2).zero_())),
        Of("through_stepped_slice_open", Shape, x => Write(
            x, y => y[TensorIndex.Ellipsis, TensorIndex.Slice(0, null, 2)] = x.slice(2, 3, 6, 1).sin())),
        Of("copy_", Shape, x => Write(x, y => y.select(1, 1).copy_(x.select(1, 3)))),
        Of("copy_broadcast", Shape, x => Write(x, y => y.narrow(1, 0, 2).copy_(ones(6)))),
        Of("masked_fill_", Shape, x => Write(x, y => y.masked_fill_(y.gt(0), 0.5))),
        Of("clamp_", Shape, x => Write(x, y => y.clamp_(-0.1, 0.1))),
        Of("source_sees_view", Shape, x => { var y = x.clone(); var v = y.narrow(1, 0, 2); y.add_(1); return v * 2; }),
        Of("views_share", Shape, x => { var y = x.clone(); var a = y.select(1, 0); var b =
            y.narrow(1, 0, 2); a.add_(1); return b + a.unsqueeze(1); }),
        Of("copy_does_not_share", Shape, x => { var y = x.transpose(1, 2)
            .contiguous(); y.add_(1); return x + y.transpose(1, 2); }),
        Of("reshape_shares", Shape, x => { var y = x.clone(); y.reshape(-1, 6).mul_(2); return y; }),
        Of("filled_buffer", Shape, x => { var y = zeros(x.shape[0], 4, 6); y.narrow(1, 1, 2)
            .copy_(x.narrow(1, 0, 2)); return y; }),
        Of("unsqueeze_", Shape, x => { var y = x.clone(); var v =
            y.select(1, 0); v.unsqueeze_(1); v.add_(1); return y; }),
        Of("transpose_", Shape, x => { var y = x.clone(); y.transpose_(1, 2); y.select(1, 0).mul_(2); return y; }),
        Of("alternating", Shape, x => Write(x, y => { y.select(1, 0).add_(1); y.mul_(2); y.select(1, 0).add_(1); })),
    ];

    private static Tensor Write(Tensor x, Action<Tensor> write)
    {
        var copy = x.clone();
        write(copy);
        return copy;
    }
}
